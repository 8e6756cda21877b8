/// <reference path="./globals.d.ts" preserve="true" />
/** A client of a server of models. Free of Node. */
export {
  type CallOptions,
  type ClientOptions,
  createClient,
  type ModelClient,
  type PictureOptions,
  ServedError,
  type ServedEvent,
  type ServedProgress,
} from './app/serving/client.ts'
export type {
  DescribedAnswer,
  DrawBody,
  ItemBody,
  MadeAnswer,
  ModelAnswer,
  ModelsAnswer,
  ProblemAnswer,
  WalkBody,
} from './app/serving/schemas.ts'
