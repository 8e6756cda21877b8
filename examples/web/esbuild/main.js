/** Esbuild builds the worker as an entry of its own; the two files of the runtime are copied to `ort/`. */
import { connect } from 'tweedie/web/page'
import { start } from '../page.js'

const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
const assets = new URL('./ort/', import.meta.url).href
void start(connect(worker, { engine: { device: 'cpu', assets } }))
