/** The ability to draw conformers: a painter that keeps what it compiled. */
import { TweedieError } from '../../errors.ts'
import type { Molecule } from '../../files/data/molecules.ts'
import { writeSdf } from '../../files/molecules/write-sdf.ts'
import { writeXyz } from '../../files/molecules/xyz.ts'
import type { ValuesOf } from '../../options.ts'
import type { drawOptions } from '../draw-options.ts'
import type { Drawn, ItemFormat, Painter, Setting } from '../family.ts'
import { chooseSampler, stepsText } from '../gaussian-sampler.ts'
import { sessionOf } from '../session-of.ts'
import { type DrawnConformers, warmConformers, type WantedConformers } from './generate.ts'
import type { MoleculeModel } from './model.ts'
import type { sampleOptions } from './options/sample.ts'
import { qualityOf } from './quality.ts'
import { wantedOf } from './wanted.ts'

type Options = ValuesOf<typeof sampleOptions & typeof drawOptions>

/** The extensions of files that hold conformers. */
export const conformerFormats: readonly string[] = Object.freeze(['.sdf', '.xyz'])

/** A painter of a model. */
export function painter(model: MoleculeModel, setting: Setting): Painter {
  const generator = warmConformers(model, setting.engine, sessionOf(setting))
  return {
    makes: { pictures: 'none', texts: true },
    get compilations() {
      return generator.compilations
    },
    async draw(values, { signal, onProgress, frames } = {}) {
      if (frames) throw new TweedieError('usage', '`trajectory`: the way of conformers from noise is not kept')
      const options = values as Options
      const { seed = 0, batch, count } = options
      const { sampler, times, steps } = chooseSampler(model, options, setting.own)
      const wanted = await wantedOf(options, count, setting)
      const drawn = await generator.draw({
        wanted,
        seed,
        batch,
        sampler,
        times,
        shards: setting.shards,
        signal,
        onProgress: (done, total) => onProgress?.({ phase: 'sample', done, total, unit: 'conformers' }),
      })
      setting.shards?.requireAll()
      return drawnConformers(wanted, drawn, {
        how: { seed, sampler: sampler.name, steps: steps ?? null, molecules: factsOf(wanted, drawn) },
        howText: `seed ${seed}, ${sampler.name}, ${stepsText(steps)}`,
      })
    },
    release: () => generator.release(),
    dispose: () => generator.dispose(),
    [Symbol.dispose]: () => generator.dispose(),
  }
}

/** What is known of each molecule's conformers, as JSON. */
function factsOf(wanted: readonly WantedConformers[], drawn: DrawnConformers) {
  return wanted.map(({ molecule, stereo }, i) => ({
    name: molecule.name ?? molecule.smiles ?? `molecule ${i + 1}`,
    atoms: molecule.atoms.length,
    ...qualityOf(molecule, stereo, drawn[i]!),
  }))
}

/** Conformers as items: one after another, molecule by molecule. */
function drawnConformers(
  wanted: readonly WantedConformers[],
  drawn: DrawnConformers,
  facts: Pick<Drawn, 'how' | 'howText'>,
): Drawn {
  const items = wanted.flatMap(({ molecule }, i) => drawn[i]!.map((positions) => ({ molecule, positions })))
  const places = Math.max(...items.map(({ molecule }) => molecule.atoms.length))
  /** Molecules of some items, conformers of one molecule together. */
  const some = (first: number, count: number): Molecule[] => {
    const groups = new Map<Molecule, Float32Array[]>()
    for (const { molecule, positions } of items.slice(first, first + count)) {
      groups.set(molecule, [...(groups.get(molecule) ?? []), positions])
    }
    return Array.from(groups, ([molecule, conformers]) => ({ ...molecule, conformers, energies: undefined }))
  }
  const format = (write: (molecules: readonly Molecule[]) => string): ItemFormat => ({
    several: true,
    bytes: (first, count) => new TextEncoder().encode(write(some(first, count))),
  })
  const texts = (first: number, count: number) => (): string[] =>
    Array.from({ length: Math.min(count, items.length - first) }, (_, i) => writeXyz(some(first + i, 1)).trimEnd())
  return {
    ...facts,
    count: items.length,
    shape: [items.length, places, 3],
    formats: { '.sdf': format((molecules) => writeSdf(molecules)), '.xyz': format((molecules) => writeXyz(molecules)) },
    eachAs: ['.sdf'],
    texts: texts(0, items.length),
    // places behind a smaller molecule are zeros
    array() {
      const data = new Float32Array(items.length * places * 3)
      items.forEach(({ positions }, i) => data.set(positions, i * places * 3))
      return { shape: [items.length, places, 3], data }
    },
    part: (first, count) => ({ texts: texts(first, count) }),
  }
}
