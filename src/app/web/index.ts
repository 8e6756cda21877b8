/// <reference path="../../globals.d.ts" preserve="true" />
/** What a page needs: the engine for browsers, folders and files, and a worker that does the work. */
export * from '../../engine/runtime/web/index.ts'
export { type DataInput, dataInput, type DataSourceInput } from '../../files/data/web/data-input.ts'
export { decodePicture, pictureFacts } from '../../files/data/web/decode-picture.ts'
export { openInput, type OpenedInput, type OpenInputOptions } from '../../files/data/web/open-input.ts'
export * from '../../files/io/web/index.ts'
export { connect, type Connection, type RemoteData, type RemoteTrainRequest } from './worker/connect.ts'
export type * from './worker/protocol.ts'
export type { RemoteModel, RemoteRequest } from './worker/remote-model.ts'
export type { ForkRequest, RemoteRun } from './worker/remote-run.ts'
export { serveWorker } from './worker/serve-worker.ts'
