from django.urls import path

from . import views
from .feeds import ArticlesFeed
from .sheet import for_your_doctor

app_name = "articles"
urlpatterns = [
    path("", views.article_list, name="list"),
    path("feed.xml", ArticlesFeed(), name="feed"),
    path("cards/<int:pk>/<slug:digest>.png", views.card, name="card"),
    path("topic/<slug:slug>/", views.topic, name="topic"),
    path("<slug:slug>/", views.article_detail, name="article"),
    path("<slug:slug>/for-your-doctor/", for_your_doctor, name="for_your_doctor"),
]
