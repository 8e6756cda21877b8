import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

export default {
  mode: 'production',
  entry: here('main.js'),
  experiments: { outputModule: true },
  output: { path: here('dist'), filename: 'main.js', module: true, chunkFormat: 'module', clean: true },
}
