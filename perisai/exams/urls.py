from django.urls import path

from perisai.exams import attempt_console, bank_console, exam_console

app_name = "exams"
urlpatterns = [
    path("", exam_console.exam_list, name="list"),
    path("<int:branch_id>/new/", exam_console.exam_new, name="exam-new"),
    path("<int:branch_id>/questions/", bank_console.question_list, name="questions"),
    path("<int:branch_id>/questions/new/", bank_console.question_new, name="question-new"),
    path("<int:branch_id>/questions/import/", bank_console.import_preview, name="import"),
    path("<int:branch_id>/questions/import/take/", bank_console.import_take, name="import-take"),
    path("<int:branch_id>/questions/import/template/", bank_console.import_template, name="import-template"),
    path("<int:branch_id>/questions/<uuid:question_id>/", bank_console.question, name="question"),
    path("<int:branch_id>/questions/<uuid:question_id>/change/", bank_console.question_change, name="question-change"),
    path("<int:branch_id>/questions/<uuid:question_id>/retire/", bank_console.question_retire, name="question-retire"),
    path("<int:branch_id>/topics/", bank_console.topic_save, name="topic-save"),
    path("<int:branch_id>/attempts/", attempt_console.attempt_list, name="attempts"),
    path("<int:branch_id>/attempts/<uuid:attempt_id>/", attempt_console.attempt_page, name="attempt"),
    path("<int:branch_id>/attempts/<uuid:attempt_id>/annul/", attempt_console.attempt_annul, name="annul"),
    path("<int:branch_id>/statistics/", attempt_console.statistics_page, name="statistics"),
    path("<int:branch_id>/<uuid:exam_id>/", exam_console.exam_page, name="exam"),
    path("<int:branch_id>/<uuid:exam_id>/edit/", exam_console.exam_edit, name="exam-edit"),
    path("<int:branch_id>/<uuid:exam_id>/state/", exam_console.exam_state, name="exam-state"),
    path("<int:branch_id>/<uuid:exam_id>/date/", exam_console.date_add, name="date-add"),
    path("<int:branch_id>/<uuid:exam_id>/seats/", exam_console.seat_give, name="seat-give"),
    path(
        "<int:branch_id>/<uuid:exam_id>/seats/<uuid:seat_id>/withdraw/",
        exam_console.seat_withdraw,
        name="seat-withdraw",
    ),
]
