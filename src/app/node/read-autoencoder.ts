/** An autoencoder from a disk: a folder of its own, or the part of a pipeline or of a model. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { autoencoderOf } from '../../compiled/autoencoder-part.ts'
import type { AutoencoderWeights } from '../../compiled/autoencoder.ts'
import { TweedieError } from '../../errors.ts'
import { configFile, metaPath } from '../../files/io/folder-plan.ts'
import { readComponent } from '../../files/io/node/read-component.ts'

/** Folders of autoencoders in a model: the first that there is. */
const parts = ['vae', 'vqvae'] as const

/** Which file to read, where there are several. */
export interface ReadAutoencoderOptions {
  /** Of the weights: `fp16`, `bf16`, …; default the plain one. */
  readonly variant?: string | undefined
}

/**
 * Reads an autoencoder: from `config.json` and weights side by side, or from `vae/` or `vqvae/` below.
 *
 * @returns it with its weights, and remarks about reading it
 * @throws TweedieError `model` if there is none, or anything is missing or broken
 * @example
 * const part = await readAutoencoder('stable-diffusion-v1-5')
 * using autoencoder = await compiledAutoencoder(part, await nodeEngine(), { batch: 1 })
 */
export async function readAutoencoder(
  path: string,
  { variant }: ReadAutoencoderOptions = {},
): Promise<AutoencoderWeights & { readonly notes: readonly string[] }> {
  const place = await placeIn(path)
  if (place === undefined) {
    throw new TweedieError('model', `${path}: holds no autoencoder`, {
      hint: `a ${configFile} with weights beside it is needed, in the folder itself or in ${parts.join('/ or ')}/`,
    })
  }
  const part = await readComponent(place, { variant })
  return { ...autoencoderOf(part), notes: part.notes }
}

/** Whether a folder holds an autoencoder, and is no model of ours. */
export async function holdsAutoencoder(path: string): Promise<boolean> {
  return !(await exists(join(path, metaPath))) && (await placeIn(path)) !== undefined
}

/** Where its files lie. */
async function placeIn(path: string): Promise<string | undefined> {
  const places = [path, ...parts.map((name) => join(path, name))]
  const found = await Promise.all(places.map((place) => exists(join(place, configFile))))
  return places[found.indexOf(true)]
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
