/// <reference path="../../../globals.d.ts" preserve="true" />
/** Running programs in a browser. */
export type { UrlLike } from './means.ts'
export type { OrtModule } from './ort-module.ts'
export * from './web-engine.ts'
