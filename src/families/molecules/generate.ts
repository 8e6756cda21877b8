/** Conformers of molecules: noise in, positions out, in batches of molecules of one size, the same whatever their order. */
import { modelDenoiser, type ModelDenoiser } from '../../compiled/denoiser.ts'
import { samplerOf } from '../../compiled/sampler-of.ts'
import { centredNoise } from '../../diffusion/centred/index.ts'
import { randomNoise } from '../../diffusion/sample/noise-source.ts'
import { sample } from '../../diffusion/sample/sample.ts'
import type { Sampler } from '../../diffusion/sample/sampler.ts'
import { conditionArrays } from '../../engine/nn/condition-spec.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import type { Molecule } from '../../files/data/molecules.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { defined } from '../defined.ts'
import { type Compiled, type Warm, warm, type WarmSession } from '../warm.ts'
import { conditionViews } from './batches.ts'
import { checkMolecule } from './check-molecule.ts'
import { encode, type Graph, graphOf } from './encode.ts'
import type { Stereo } from './graph/stereo.ts'
import { type MoleculeModel, resized } from './model.ts'

/** Conformers that are wanted of a molecule. */
export interface WantedConformers {
  readonly molecule: Molecule
  /** The arrangement that they have; left out, it is open. */
  readonly stereo?: Stereo | undefined
  readonly count: number
}

/** How to draw. */
export interface DrawConformersOptions {
  readonly wanted: readonly WantedConformers[]
  /** Conformer k of a molecule depends on (seed, k) and the molecule only; default 0. */
  readonly seed?: number | bigint | string | undefined
  /** Default what the model's folder says. */
  readonly sampler?: Sampler | undefined
  /** Falling times; default those of the model's folder. */
  readonly times?: readonly number[] | undefined
  /** Conformers computed at a time; default 32. */
  readonly batch?: number | undefined
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each step: conformers done, those under way in part. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Conformers of each molecule, in ångström, `[atoms, 3]` each. */
export type DrawnConformers = readonly (readonly Float32Array[])[]

/** A model that is ready to draw. */
export type WarmConformers = Warm<DrawConformersOptions, DrawnConformers>

/** Opens a model to draw from it again and again. Nothing is compiled before the first draw. */
export function warmConformers(model: MoleculeModel, engine: Engine, session: WarmSession = {}): WarmConformers {
  const { profile: _, ...rest } = defined(session)
  return warm((options, compiled) =>
    draw(model, options, compiled, async (places, batch) =>
      modelDenoiser({ ...model, network: resized(model.network, places) }, engine, { ...rest, batch }),
    ),
  )
}

/**
 * Draws conformers, once.
 *
 * @throws TweedieError `usage` for an element that the model does not know or a molecule that is too large, `diverged`
 * @example
 * const [conformers] = await generateConformers(model, engine, { wanted: [{ molecule, count: 10 }] })
 */
export async function generateConformers(
  model: MoleculeModel,
  engine: Engine,
  { device, threads, ...options }: DrawConformersOptions & WarmSession,
): Promise<DrawnConformers> {
  using generator = warmConformers(model, engine, { device, threads })
  return await generator.draw(options)
}

/** One conformer that is wanted. */
interface Job {
  readonly molecule: number
  readonly conformer: number
}

async function draw(
  model: MoleculeModel,
  { wanted, seed = 0, batch = 32, shards, signal, onProgress, ...options }: DrawConformersOptions,
  compiled: Compiled,
  make: (places: number, batch: number) => Promise<ModelDenoiser>,
): Promise<DrawnConformers> {
  const { sampler = samplerOf(model.sampling), times = model.sampling.times(model.sampling.steps) } = options
  wanted.forEach(({ molecule }) => checkMolecule(model, molecule))
  const graphs = wanted.map(({ molecule }) => graphOf(molecule))
  const conformers: Float32Array[][] = wanted.map(() => [])
  const total = wanted.reduce((sum, { count }) => sum + count, 0)
  let done = 0
  for (const [places, jobs] of byRoom(wanted)) {
    for (let first = 0; first < jobs.length; first += batch) {
      const some = jobs.slice(first, first + batch)
      const loop = { name: `conformers of up to ${places} atoms`, first, size: batch, count: jobs.length }
      const rows = await rowsOf(shards, loop, async () => {
        const denoiser = await compiled(`denoiser ${places} ${batch}`, async () => make(places, batch))
        const noise = centredNoise(
          randomNoise(places * 3, { seeds: some.map(({ conformer }) => `${seed}/${conformer}`) }),
          { places },
          (item) => graphs[some[item]!.molecule]!.molecule.atoms.length,
        )
        const problem = {
          sampler,
          times,
          batch: some.length,
          noise,
          conditions: conditionsOf(model, places, some, graphs, wanted),
          ...(signal && { signal }),
        }
        let last = new Float32Array()
        for await (const { x, index, total: steps } of sample(denoiser, problem)) {
          onProgress?.(done + (some.length * (index + 1)) / steps, total)
          if (index === steps - 1) last = Float32Array.from(x)
        }
        return { positions: last }
      })
      some.forEach(({ molecule, conformer }, i) => {
        const { atoms } = wanted[molecule]!.molecule
        if (rows)
          conformers[molecule]![conformer] = rows.positions.slice(i * places * 3, i * places * 3 + atoms.length * 3)
      })
      done += some.length
    }
  }
  return conformers
}

/** Conformers by the room that they are computed in: sizes are rounded up, so that few graphs are compiled. */
function byRoom(wanted: readonly WantedConformers[]): Map<number, Job[]> {
  const rooms = new Map<number, Job[]>()
  wanted.forEach(({ molecule: { atoms }, count }, molecule) => {
    const places = Math.max(roomStep, Math.ceil(atoms.length / roomStep) * roomStep)
    const jobs = rooms.get(places) ?? []
    for (let conformer = 0; conformer < count; conformer++) jobs.push({ molecule, conformer })
    rooms.set(places, jobs)
  })
  return new Map([...rooms].sort(([a], [b]) => a - b))
}

const roomStep = 4

function conditionsOf(
  { network, elements }: MoleculeModel,
  places: number,
  jobs: readonly Job[],
  graphs: readonly Graph[],
  wanted: readonly WantedConformers[],
) {
  const sized = resized(network, places)
  const arrays = conditionArrays(sized.conditions, jobs.length)
  const views = conditionViews(sized)
  const encoding = { places, centres: Number(network.config['centres'] ?? 0), elements }
  jobs.forEach(({ molecule }, i) => encode(graphs[molecule]!, wanted[molecule]!.stereo, encoding, views(arrays, i)))
  return arrays
}
