# HomeBooru in one container: pages, worker and its own database. Built by scripts/build-image.
FROM python:3.11-slim-bookworm

RUN useradd --system --user-group --uid 1000 --home-dir /data --shell /usr/sbin/nologin homebooru \
    && install -d -o homebooru -g homebooru /data

WORKDIR /opt/homebooru
COPY pyproject.toml requirements.lock homebooru.example.toml README.md LICENSE ./
COPY scripts/environment scripts/
COPY homebooru homebooru
COPY migrations migrations
COPY static static
COPY templates templates
COPY models models
RUN scripts/environment && rm -rf .uv /root/.cache

ENV PATH=/opt/homebooru/.venv/bin:$PATH \
    HOMEBOORU_DATA=/data \
    HOMEBOORU_HOST=0.0.0.0 \
    HOMEBOORU_PORT=5000
USER homebooru
VOLUME /data
EXPOSE 5000
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=2m --interval=30s --timeout=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5000/health')"]
ENTRYPOINT ["homebooru"]
CMD ["serve"]
