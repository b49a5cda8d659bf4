FROM docker.io/library/node:24-slim
WORKDIR /hook
COPY records.mjs mmcif.mjs validate_structure.mjs ./
USER node
ENTRYPOINT ["node", "validate_structure.mjs"]
