/// <reference path="../../globals.d.ts" preserve="true" />
/** What a page needs whose worker does the work: a few kilobytes. `tweedie/web` has it too, with the engine and everything else. */
export { type DataInput, dataInput, type DataSourceInput } from '../../files/data/web/data-input.ts'
export { droppedFiles } from '../../files/data/web/dropped-files.ts'
export { type NamedFile, namedFiles } from '../../files/data/web/named-file.ts'
export { encodePicture, imageDataOf } from '../../files/io/web/encode-picture.ts'
export type { FolderInput, FolderSource } from '../../files/io/web/folder-input.ts'
export { connect, type Connection, type RemoteData, type RemoteTrainRequest } from './worker/connect.ts'
export type * from './worker/protocol.ts'
export type { RemoteModel, RemoteRequest } from './worker/remote-model.ts'
export type { ForkRequest, RemoteRun } from './worker/remote-run.ts'
