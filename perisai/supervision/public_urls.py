from django.urls import path

from perisai.supervision import public

urlpatterns = [
    path("<str:token>/", public.own, name="own_file"),
    path("<str:token>/keberatan/<uuid:measure_id>/", public.file_appeal, name="own_appeal"),
    path("<str:token>/dokumen/<uuid:document_id>/", public.paper, name="own_paper"),
]
