/** The picture that is restored: drawn by the model, taken from its data, or a file. */
import { useEffect, useState } from 'preact/hooks'
import type { RemoteModel } from '../../../app/web/worker/remote-model.ts'
import { builtinNames } from '../../../files/data/builtin/names.ts'
import { tweedie } from '../../remote/tweedie.ts'
import { saidOf } from '../../said.ts'
import type { Picture } from './damage.ts'
import { readPicture } from './read-picture.ts'
import type { PictureSource } from './settings.ts'

/** The name of the model's data, if they are built in. */
export function builtinData({ facts }: RemoteModel): string | undefined {
  const { name } = facts.meta.data
  return builtinNames.find((each) => each === name)
}

/** The picture, or why there is none yet. */
export function usePicture(
  model: RemoteModel,
  source: PictureSource,
  file: Blob | undefined,
  shape: Picture['shape'],
): { readonly picture?: Picture; readonly problem?: string } {
  const key = JSON.stringify(source)
  const [found, setFound] = useState<{ key: string; file: Blob | undefined; picture?: Picture; problem?: string }>()
  useEffect(() => {
    if (source.kind === 'file' && file === undefined) return undefined
    const controller = new AbortController()
    pictureOf(model, source, file, shape, controller.signal).then(
      (picture) => controller.signal.aborted || setFound({ key, file, picture }),
      (error: unknown) => controller.signal.aborted || setFound({ key, file, problem: saidOf(error) }),
    )
    return () => controller.abort()
  }, [model, key, file])
  return found?.key === key && found.file === file ? found : {}
}

async function pictureOf(
  model: RemoteModel,
  source: PictureSource,
  file: Blob | undefined,
  shape: Picture['shape'],
  signal: AbortSignal,
): Promise<Picture> {
  if (source.kind === 'file') return readPicture(file!, shape)
  if (source.kind === 'seed') {
    const { values } = await model.draw({ count: 1, seed: source.seed, signal })
    return { shape, data: Float32Array.from(values.data as Float32Array, within) }
  }
  using data = await tweedie().data(builtinData(model)!, { signal })
  const { values } = await data.items(source.item % data.facts.length, 1)
  return { shape, data: Float32Array.from(values.data as Uint8Array, (byte) => byte / 127.5 - 1) }
}

const within = (x: number): number => Math.min(1, Math.max(-1, x))
