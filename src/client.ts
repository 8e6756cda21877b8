/// <reference path="./globals.d.ts" preserve="true" />
/** A client of a server of models. Free of Node. */
export {
  type CallOptions,
  type ClientOptions,
  createClient,
  type Fetch,
  type FetchedResponse,
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
  MadeItem,
  ModelAnswer,
  ModelsAnswer,
  ProblemAnswer,
  SentItem,
  WalkBody,
} from './app/serving/bodies.ts'
