from django.urls import path

from perisai.recruitment import console, invite_console

app_name = "recruitment"
urlpatterns = [
    path("", console.board, name="board"),
    path("board/<str:state>/", console.column, name="column"),
    path("list/", console.candidate_list, name="list"),
    path("invitations/", invite_console.page, name="invitations"),
    path("<int:branch_id>/<uuid:candidate_id>/", console.candidate_page, name="candidate"),
    path("<int:branch_id>/<uuid:candidate_id>/decide/", console.decide, name="decide"),
    path("<int:branch_id>/<uuid:candidate_id>/proof/<uuid:document_id>/", console.judge_proof, name="judge_proof"),
    path("<int:branch_id>/<uuid:candidate_id>/picture/<str:kind>/", console.picture, name="picture"),
]
