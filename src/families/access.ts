/** What options name, and how it is read: files, pictures, videos, other models, data. */
import type { TrainData } from '../tools/train/problem.ts'
import type { pictureFits } from './choices.ts'
import type { FamilyModel } from './family-model.ts'

/** Access to things that options name; in Node by path. */
export interface Access {
  /** @throws TweedieError of this code, by default `model`, if the file does not exist */
  bytes(name: string, code?: 'data' | 'model'): Promise<Uint8Array>
  /** A picture as numbers of the wanted shape in [−1, 1]. @throws TweedieError `data` for one that does not fit */
  picture(name: string, wanted: WantedPicture): Promise<Float32Array>
  /**
   * The frames of a video as numbers, `[C, n, H, W]` in [−1, 1]; left out where none are read by name.
   *
   * @throws TweedieError `data` for what is no video
   */
  video?(name: string, wanted: WantedVideo): Promise<Float32Array>
  /** Another model of the same family. @throws TweedieError `model`, or `usage` for one of another family */
  model(name: string): Promise<FamilyModel>
  /**
   * The data that the model was trained on, or others by name, as the model takes them.
   *
   * @throws TweedieError `usage` if the training data are not known; `data` for data that cannot be read
   */
  data(name?: string): Promise<DataParts>
  /**
   * All of other data, as the model takes them, to judge it by.
   *
   * @throws TweedieError `data` for what cannot be read
   */
  unseen(name: string): Promise<TrainData>
}

/** How a picture is to be read. */
export interface WantedPicture {
  /** `[channels, height, width]`. */
  readonly shape: readonly number[]
  /** Why it has to have that shape, for the refusal of another: `the model makes such pictures`. */
  readonly why: string
  /** How a picture of another size is made to fit; by default it is refused. */
  readonly fit?: (typeof pictureFits)[number] | undefined
  /** Which values are −1 and 1, where they are no bytes: for pictures that have more bits than bytes. */
  readonly range?: readonly [number, number] | undefined
}

/** How a video is to be read. */
export interface WantedVideo {
  /** Of a frame, `[channels, height, width]`; frames of another size are scaled until they cover it. */
  readonly shape: readonly number[]
  /** Which values are −1 and 1, where they are no bytes. */
  readonly range: readonly [number, number]
}

/** An item to restore or to edit: a name that {@link Access} reads, or its values as the model has them ([−1, 1] for images). */
export type Item = string | Float32Array

/** Data, split as for training. */
export interface DataParts {
  /** The training part; all items if other data are named. */
  readonly train: TrainData
  /** The held-out part, if there is one. */
  readonly heldOut?: TrainData | undefined
  /** Fresh items of the same kind, if the source can make them: built-in data can. */
  readonly more?: (() => Promise<TrainData>) | undefined
}
