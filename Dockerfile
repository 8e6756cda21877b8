# Serves models: docker build -t tweedie . && docker run -p 8033:8033 -e TWEEDIE_TOKEN=secret -v ./runs:/runs:ro tweedie /runs/model
FROM node:22-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run release:pack -- /tmp/packages --platform this

FROM node:22-slim
WORKDIR /app
COPY --from=build /tmp/packages /tmp/packages
RUN npm install --omit=dev --omit=peer /tmp/packages/*.tgz && rm -r /tmp/packages
USER node
EXPOSE 8033
HEALTHCHECK CMD node -e "fetch('http://127.0.0.1:8033/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
ENTRYPOINT ["/app/node_modules/.bin/tweedie", "serve", "--host", "0.0.0.0"]
