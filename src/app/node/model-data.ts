/**
 * The data of a model: those that it was trained on (its run folder records them), or others in the form that the model
 * takes.
 */
import { existsSync, statSync } from 'node:fs'
import { TweedieError } from '../../errors.ts'
import type { DataParts, FamilyModel } from '../../families/family.ts'
import { isBuiltinName } from '../../files/data/builtin/names.ts'
import { absolute } from '../../files/data/node/source-of.ts'
import { openDataset } from '../../files/data/node/open-dataset.ts'
import { type DataSource, readSource } from '../../tools/train/node/run-folder.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import { openParts, type OpenOptions } from './open-data.ts'

/** How many items are made where a source can make more. */
const moreItems = 1000

/**
 * Opens data for a model.
 *
 * @param place the folder of the model; `train.json` in it says what it was trained on
 * @param name other data; by default those of training
 * @throws TweedieError `usage` if no data are named and the run folder does not record any
 */
export async function dataOf(
  place: string,
  model: FamilyModel,
  name: string | undefined,
  watch: OpenOptions,
): Promise<DataParts> {
  const source = await sourceFor(place, model, name)
  const bare = source.path.replace(/^builtin:/, '')
  const more = isBuiltinName(bare) && !existsSync(source.path)
  return {
    ...(await openParts(source, watch)),
    ...(more && {
      more: () => openDataset(source.path, { length: moreItems, seed: 'held-out', window: source.window }),
    }),
  }
}

/** All items of other data, in the form that the model takes. */
export async function unseenData(
  place: string,
  model: FamilyModel,
  name: string,
  watch: OpenOptions,
): Promise<TrainData> {
  return (await openParts({ ...like(await readSource(place), model, name), holdOut: undefined }, watch)).train
}

async function sourceFor(place: string, model: FamilyModel, name: string | undefined): Promise<DataSource> {
  const trained = await readSource(place)
  if (trained && (name === undefined || [name, await absolute(name)].includes(trained.path)))
    return atModelSize(trained, model)
  if (name !== undefined) return like(trained, model, name)
  throw new TweedieError('usage', `${place}: which data the model was trained on is not known`, {
    hint: 'name them: `data: PATH`',
  })
}

/** Texts are tokenised and cut into windows, and tables are read, as in training; everything else is read at the model's size. */
function like(trained: DataSource | undefined, model: FamilyModel, path: string): DataSource {
  if (trained?.tokens || trained?.table || trained?.fields) return { ...trained, path }
  const { fit, upscale, background, bits } = trained ?? {}
  const videos = videoSize(trained, model)
  if (videos) return { path, fit, upscale, background, ...videos }
  const size = pictureSize(path, model)
  return size ? { path, fit, upscale, background, bits, ...size } : { path }
}

/**
 * Pictures whose size the user did not set are read at the model's size: older versions chose sizes and channels by
 * other rules.
 */
export function atModelSize(source: DataSource, model: FamilyModel): DataSource {
  const { size, crop, channels, tokens } = source
  if (size !== undefined || crop !== undefined || tokens || source.table) return source
  const own = pictureSize(source.path, model)
  return own ? { ...source, size: own.size, channels: channels ?? own.channels } : source
}

/** Videos are read at the model's size, as many frames to an item, as far apart. */
function videoSize(trained: DataSource | undefined, { meta: { data } }: FamilyModel): Partial<DataSource> | undefined {
  if (data.kind !== 'video' || data.shape.length !== 4) return undefined
  const [channels, frames, height, width] = data.shape as [number, number, number, number]
  const frameStride = trained?.frameStride
  return { frames, frameStride, size: [height, width], ...(isChannels(channels) && { channels }) }
}

/** Pictures of a folder are read at the model's size. */
function pictureSize(path: string, { meta: { data } }: FamilyModel): Pick<DataSource, 'size' | 'channels'> | undefined {
  const [channels, height, width] = data.shape
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory()
  if (!isFolder || data.kind !== 'image' || height === undefined || width === undefined) return undefined
  return { size: [height, width], ...(isChannels(channels) && { channels }) }
}

function isChannels(channels: number | undefined): channels is NonNullable<DataSource['channels']> {
  return channels !== undefined && channels >= 1 && channels <= 4
}
