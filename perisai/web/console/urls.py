from django.urls import path

from perisai.web.console import outbox_import, reviews
from perisai.web.console.home import home
from perisai.web.console.language import choose_language

app_name = "console"
urlpatterns = [
    path("", home, name="home"),
    path("language/", choose_language, name="language"),
    path("outbox/", outbox_import.page, name="outbox"),
    path("members/reviews/", reviews.queue, name="reviews"),
    path("members/reviews/<int:branch_id>/<uuid:review_id>/", reviews.item, name="review"),
    path("members/reviews/<int:branch_id>/<uuid:review_id>/take/", reviews.take, name="review-take"),
    path("members/reviews/<int:branch_id>/<uuid:review_id>/decide/", reviews.decide, name="review-decide"),
]
