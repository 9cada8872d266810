FROM node:22-slim
WORKDIR /mercado
COPY package.json package-lock.json .npmrc ./
COPY runner/package.json runner/bin.js runner/
RUN npm ci --omit=dev
COPY . .
RUN mkdir /data && chown node /data
USER node
