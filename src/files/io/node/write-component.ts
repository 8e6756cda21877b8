/** Writes one network into a folder of its own, as diffusers saves a model outside a pipeline. */
import { join } from 'node:path'
import type { Component } from '../component.ts'
import { encodePart } from '../encode-model-folder.ts'
import { makeFolder, writeFileAtomic } from './files.ts'

/**
 * Writes `config.json` and the weights; `readComponent`, and diffusers' `from_pretrained`, read them. Files of these names are replaced.
 *
 * @throws TweedieError `model` where the folder cannot be made
 */
export async function writeComponent(path: string, component: Component): Promise<void> {
  await makeFolder(path)
  for (const [name, bytes] of encodePart(component)) await writeFileAtomic(join(path, name), bytes)
}
