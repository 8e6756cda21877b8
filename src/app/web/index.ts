/// <reference path="../../globals.d.ts" preserve="true" />
/** What a page needs: the engine for browsers, folders and files, and a worker that does the work. */
export * from './page.ts'
export * from '../../engine/runtime/web/index.ts'
export { decodePicture, pictureFacts } from '../../files/data/web/decode-picture.ts'
export { openInput, type OpenedInput, type OpenInputOptions } from '../../files/data/web/open-input.ts'
export * from '../../files/io/web/index.ts'
export { serveWorker } from './worker/serve-worker.ts'
