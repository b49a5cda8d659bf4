FROM docker.io/library/node:24-slim
WORKDIR /hook
COPY records.mjs mmcif.mjs find_pockets.mjs ./
USER node
ENTRYPOINT ["node", "find_pockets.mjs"]
