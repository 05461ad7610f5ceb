FROM python:3.13-alpine
