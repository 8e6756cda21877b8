/** The Lab (`src/lab`) as static files in `dist/lab`: any web server can host them, below any path. `npm run lab` serves the sources. */
import { defineConfig } from 'vite'
import { together } from './vite.lab.chunks.ts'
import { equations } from './vite.lab.equations.ts'
import { licences } from './vite.lab.licences.ts'
import { runtime } from './vite.lab.runtime.ts'

const { collect, write } = licences()
const ofPage = together({
  lab: /\/src\/lab\/main\.tsx$/,
  train: /\/src\/lab\/pages\/train\/index\.tsx$/,
  look: /\/src\/lab\/pages\/train\/look-at\.ts$/,
})
const ofWorker = together({
  work: /\/src\/lab\/remote\/worker\.ts$/,
  training: /\/src\/families\/values\/family\.ts$/,
  points: /\/src\/(engine\/nn\/mlp|files\/data\/builtin\/densities|app\/web\/worker\/show-items)\.ts$/,
  pictures: /\/src\/(engine\/nn\/unet2d\/unet2d|files\/data\/builtin\/glyphs)\.ts$/,
  networks: /\/src\/engine\/nn\/registry\.ts$/,
  // What makes a model of a run and draws from it.
  drawing:
    /\/src\/(app\/warm-model|files\/io\/(en|de)code-model-folder|families\/values\/(snapshot|model|model-of|describe|draw|field))\.ts$/,
})

export default defineConfig({
  root: 'src/lab',
  base: './',
  plugins: [equations(), runtime(), write, ofPage.plugin],
  worker: {
    format: 'es',
    plugins: () => [collect, ofWorker.plugin],
    rolldownOptions: { output: { codeSplitting: ofWorker.codeSplitting } },
  },
  build: {
    outDir: '../../dist/lab',
    emptyOutDir: true,
    target: 'es2022',
    // Pages load what they need; nothing is fetched ahead of a click.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: ofPage.codeSplitting } },
  },
  logLevel: 'warn',
  server: {
    // What a page needs to have threads.
    headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
  },
})
