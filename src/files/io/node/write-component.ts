/** Writes one network into a folder of its own, as diffusers saves a model outside a pipeline. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Component } from '../component.ts'
import { encodePart } from '../encode-model-folder.ts'
import { unreadable, writeFileAtomic } from './files.ts'

/**
 * Writes `config.json` and the weights; `readComponent`, and diffusers' `from_pretrained`, read them. Files of these names are replaced.
 *
 * @throws TweedieError `model` where the folder cannot be made
 */
export async function writeComponent(path: string, component: Component): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw unreadable(path, 'model', cause)
  })
  for (const [name, bytes] of encodePart(component)) await writeFileAtomic(join(path, name), bytes)
}
