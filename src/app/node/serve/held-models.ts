/** The models of a server: opened when they are asked for, and closed again, those not used for longest first, where memory is short. */
import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { TweedieError } from '../../../errors.ts'
import { suggest } from '../../../suggest.ts'
import type { WarmModel } from '../../warm-model.ts'
import { ServeError } from './problem.ts'

/** A model that is served. */
export interface ServedModel {
  readonly name: string
  readonly path: string
  /** What its files of weights take, in bytes. */
  readonly bytes: number
}

/** The models. */
export interface HeldModels {
  readonly all: readonly ServedModel[]
  /** @throws ServeError 404 for a name that is not served */
  named(name: string): ServedModel
  /** Opens a model, or gives the open one. */
  use(name: string): Promise<WarmModel>
  /** Whether it is open now. */
  isOpen(name: string): boolean
  /** Closes all. */
  close(): void
}

/**
 * The models of some folders. A name is that of the folder, or what stands before `=`: `cats=runs/17`.
 *
 * @param open opens a folder
 * @param most bytes of weights that are open at a time; the model in use is never closed
 * @throws TweedieError `usage` for two models of one name, `model` for a folder that is not there
 */
export async function holdModels(
  sources: readonly string[],
  open: (path: string) => Promise<WarmModel>,
  most = Infinity,
): Promise<HeldModels> {
  const all: ServedModel[] = []
  for (const source of sources) {
    const at = source.indexOf('=')
    const path = resolve(at < 0 ? source : source.slice(at + 1))
    const name = at < 0 ? basename(path) : source.slice(0, at)
    if (!/^[\w.-]+$/.test(name)) {
      throw new TweedieError('usage', `${name}: a model is named with letters, digits, '.', '-' and '_'`, {
        hint: 'give it a name of its own: cats=runs/17',
      })
    }
    if (all.some((each) => each.name === name)) {
      throw new TweedieError('usage', `two models are named ${name}`, { hint: 'give one another name: cats=runs/17' })
    }
    all.push({ name, path, bytes: await weightBytes(path) })
  }
  const opened = new Map<string, Promise<WarmModel>>()

  const named = (name: string): ServedModel => {
    const found = all.find((each) => each.name === name)
    if (found) return found
    const names = all.map((each) => each.name)
    const near = suggest(name, names)
    throw new ServeError(404, 'no-model', `there is no model ${JSON.stringify(name)} here`, {
      hint: near ? `did you mean ${near}?` : `there are ${names.join(', ')}`,
    })
  }
  const makeRoom = (wanted: ServedModel): void => {
    const bytesOf = (name: string): number => all.find((each) => each.name === name)!.bytes
    let total = wanted.bytes + [...opened.keys()].reduce((sum, name) => sum + bytesOf(name), 0)
    // The order of a map is that of use: the first was not used for longest.
    for (const [name, model] of opened) {
      if (total <= most) return
      opened.delete(name)
      total -= bytesOf(name)
      void model.then((each) => each.dispose()).catch(() => {})
    }
  }
  return {
    all,
    named,
    isOpen: (name) => opened.has(name),
    async use(name) {
      const model = named(name)
      const known = opened.get(name)
      opened.delete(name)
      if (!known) makeRoom(model)
      const made = known ?? open(model.path)
      opened.set(name, made)
      made.catch(() => opened.delete(name))
      return made
    },
    close() {
      for (const model of opened.values()) void model.then((each) => each.dispose()).catch(() => {})
      opened.clear()
    },
  }
}

async function weightBytes(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new TweedieError('model', `${path}: no such folder`, { cause })
  })
  const files = entries.filter((entry) => entry.isFile() && /\.(safetensors|onnx|bin)$/.test(entry.name))
  const wanted = files.filter(({ name }) => !/^(checkpoint|classifier|features)/.test(name))
  const sizes = await Promise.all(wanted.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
