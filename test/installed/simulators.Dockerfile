# The simulators of the tests as Pods. Not for use.
ARG CONTROLLER
FROM ${CONTROLLER}
COPY . /app/test/
EXPOSE 9800 9801 9802
ENTRYPOINT ["node"]
CMD ["/app/test/genesys/main.ts"]
