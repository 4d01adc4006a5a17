from django.urls import URLPattern, URLResolver, path

from perisai.exams import public

urlpatterns: list[URLPattern | URLResolver] = [
    path("<str:token>", public.show, name="exam"),
    path("<str:token>/mulai", public.begin, name="exam_begin"),
    path("<str:token>/jawab", public.take_answer, name="exam_answer"),
    path("<str:token>/selesai", public.hand_in, name="exam_hand_in"),
]
