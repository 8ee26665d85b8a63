from django.http import HttpResponse


def request_callback(request):
    return HttpResponse("")


def receipt(request, token):
    return HttpResponse("")
