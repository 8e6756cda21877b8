/** Vite finds the worker and the runtime of onnxruntime-web by itself. */
import { connect } from 'tweedie/web/page'
import { start } from '../page.js'

const worker = new Worker(new URL('tweedie/web/worker', import.meta.url), { type: 'module' })
void start(connect(worker, { engine: { device: 'cpu' } }))
