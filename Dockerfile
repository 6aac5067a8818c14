# glibc, since the binaries of uWebSockets.js need it.
FROM node:22-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY tools/build.mjs tools/build.mjs
COPY protocol protocol
COPY src src
COPY bench bench
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:22-trixie-slim
LABEL org.opencontainers.image.title="pregon" \
      org.opencontainers.image.description="Self-hosted realtime server for the Pusher Channels protocol" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY tools/build.mjs tools/build.mjs
USER node
# 6001 is the port of an app of soketi's variables.
EXPOSE 8080 6001 9601
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s CMD ["node", "dist/src/cli/main.js", "health"]
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["start"]
