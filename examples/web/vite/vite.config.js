import { defineConfig } from 'vite'

/** With these two headers, pages may use threads. The server that the page is put on needs them too. */
const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

export default defineConfig({
  // The page may lie in any folder of its server.
  base: './',
  // Families are loaded when they are needed, so the worker is several files.
  worker: { format: 'es' },
  build: { target: 'es2022' },
  server: { headers: isolated },
  preview: { headers: isolated },
})
