# docker build --tag qwen-localize .
# docker run --rm --interactive --env DASHSCOPE_API_KEY --volume qwen-localize:/data qwen-localize
FROM python:3.13.9-slim-trixie AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=/opt/qwen-localize UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /src
COPY pyproject.toml uv.lock README.md LICENSE ./
COPY server server
COPY tools tools
RUN uv sync --frozen --no-dev --no-editable --extra cluster --extra http --extra media --extra photos --extra sheets

FROM python:3.13.9-slim-trixie
LABEL io.modelcontextprotocol.server.name="io.github.qwen-localize/qwen-localize" \
      org.opencontainers.image.source="https://github.com/qwen-localize/qwen-localize" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/qwen-localize /opt/qwen-localize
RUN useradd --uid 10001 --create-home qwen && install --directory --owner=qwen /data /data/out /data/state
ENV PATH=/opt/qwen-localize/bin:$PATH PYTHONUNBUFFERED=1 \
    QWEN_LOCALIZE_OUTPUT_DIR=/data/out QWEN_LOCALIZE_STATE_DIR=/data/state
USER 10001
WORKDIR /data
VOLUME /data
# Over stdio nobody listens, and a server that runs is well; over HTTP it has to answer.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import re, urllib.request; http = re.search(r'--http[ =]\\S*?(\\d+)( |$)', open('/proc/1/cmdline').read().replace('\\0', ' ')); http and urllib.request.urlopen(f'http://127.0.0.1:{http[1]}/healthz', timeout=4)"]
ENTRYPOINT ["qwen-localize"]
CMD ["serve"]
