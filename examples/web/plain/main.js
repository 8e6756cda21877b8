/**
 * No bundler: static files, the packages in `node_modules` beside them. The import map of `index.html` names the package for the page;
 * import maps do not reach workers, so the worker gets the address of the runtime.
 */
import { connect } from 'tweedie/web/page'
import { start } from './page.js'

const at = (path) => new URL(`./node_modules/${path}`, import.meta.url)
const worker = new Worker(at('tweedie/dist/app/web/worker.js'), { type: 'module' })
void start(connect(worker, { engine: { device: 'cpu', assets: at('onnxruntime-web/dist/').href } }))
