/** What stands in on a page for what only Node has: the engine is the browser's. */
import { type WebEngine, webEngine } from '../../../src/engine/runtime/web/index.ts'

/** The engine of this page, on the CPU like the one that it stands in for; made once. */
let made: Promise<WebEngine> | undefined
export const nodeEngine = (): Promise<WebEngine> => (made ??= webEngine({ device: 'cpu' }))
