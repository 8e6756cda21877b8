/** A model with adapters of files merged into its weights. */
import { readerOf } from '../../families/reader-of.ts'
import type { OwnParts } from '../../families/family.ts'
import type { Opened } from '../../families/registry.ts'
import { checksum } from '../../files/io/checksum.ts'
import { mainName } from '../../files/io/unet-classes.ts'
import { folderOfInput } from '../../files/io/folder-of-input.ts'
import { type WeightedLora, withAdapters } from '../../files/io/lora/apply-lora.ts'
import type { ModelFolder } from '../../files/io/model-folder.ts'

/**
 * The model with adapters. Its own is not changed; weights that nothing adapts are shared.
 *
 * @param facts what else is different: noise and facts of a model whose adapters were trained
 * @throws TweedieError `model` for adapters of another network
 */
export async function withLoras<Model extends Opened>(
  opened: Model,
  loras: readonly WeightedLora[],
  own: OwnParts = {},
  facts: Partial<Pick<ModelFolder, 'scheduler' | 'meta'>> = {},
): Promise<Model> {
  const input = await opened.family.write(opened.model)
  const folder = folderOfInput(input)
  const main = input.main?.name ?? mainName(input.network.className)
  const parts = withAdapters(
    new Map([
      [main, folder.weights],
      ...Array.from(folder.components, ([name, { weights }]) => [name, weights] as const),
    ]),
    loras,
  )
  const components = new Map(
    Array.from(folder.components, ([name, part]) => [name, { ...part, weights: parts.get(name)! }]),
  )
  const meta = { ...folder.meta, ...facts.meta }
  const changed: ModelFolder = {
    ...folder,
    ...facts,
    components,
    weights: parts.get(main)!,
    meta: { ...meta, save: saveOf(meta.save, loras) },
  }
  return { ...opened, model: (await readerOf(opened.family))(changed, own) }
}

/** What a model with adapters is known by, in place of the digest of a save. */
function saveOf(save: string | undefined, loras: readonly WeightedLora[]): string {
  const facts = loras.map(({ file, weight }) => [weight, file.layers.map(({ name, up }) => [name, sumOf(up.data)])])
  return checksum(new TextEncoder().encode(JSON.stringify([save, facts])))
}

function sumOf({ buffer, byteOffset, byteLength }: Float32Array): string {
  return checksum(new Uint8Array(buffer, byteOffset, byteLength))
}
