from django.urls import path

from . import views

app_name = "leads"
urlpatterns = [
    path("", views.request_callback, name="callback"),
    path("<str:token>/", views.receipt, name="receipt"),
]
