/** Bodies of requests to a server, which strangers write. A refusal is a status below 500; anything above is a crash. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from '../../../src/app/node/open.ts'
import { createServer } from '../../../src/app/node/serve/create-server.ts'
import { holdModels } from '../../../src/app/node/serve/held-models.ts'
import { servedAccess } from '../../../src/app/node/serve/items.ts'
import { usualLimits } from '../../../src/app/node/serve/limits.ts'
import { encodeBody, lengthHeader } from '../../../src/engine/runtime/remote/inference-body.ts'
import { quietly } from './models.ts'
import { type Reader, textBytes } from './reader.ts'

const limits = { ...usualLimits, maxCount: 2, maxItems: 4, maxSteps: 4, maxBody: 0.1, maxSeconds: 20 }

/** A server of one model, made when it is first asked. */
let server: Promise<ReturnType<typeof createServer>> | undefined
async function served(): Promise<ReturnType<typeof createServer>> {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-campaign-'))
  try {
    await quietly(`train moons --items 64 --batch 16 --widths 8 --depth 1 --steps 2 --threads 1 -q -o ${folder}/points`)
    const models = await holdModels([`${folder}/points`], (path) => open(path, { threads: 1, access: servedAccess }))
    await models.use('points')
    return createServer({ models, limits })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function asked(path: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const { fetch } = await (server ??= served())
  const response = await fetch(
    new Request(`http://here${path}`, { method: 'POST', headers: { ...headers }, body: Uint8Array.from(body) }),
  )
  const text = await response.text()
  if (response.status >= 500) throw new Error(`status ${response.status}: ${text.slice(0, 200)}`)
}

const body = (name: string, seeds: readonly object[], share: number): Reader => ({
  name: `server/${name}`,
  seeds: () => seeds.map((seed) => textBytes(JSON.stringify(seed))),
  read: (bytes) => asked(`/v1/models/points/${name}`, bytes, { 'content-type': 'application/json' }),
  share,
})

const x = { name: 'x', dtype: 'float32', shape: [2, 2], data: Float32Array.of(0, 0.5, 1, -1) } as const
const t = { name: 't', dtype: 'float32', shape: [2], data: Float32Array.of(0.5, 0.5) } as const
const labels = { name: 'labels', dtype: 'int32', shape: [2], data: Int32Array.of(0, 1) } as const
const tensors = (isBinary: boolean) => encodeBody({ id: 'a' }, 'inputs', { x, t, labels }, () => isBinary)

export const serverReaders: readonly Reader[] = [
  body(
    'draw',
    [
      { count: 1, steps: 2, seed: 3 },
      { count: 2, steps: 2, sampler: 'ddim', labels: ['inner', 'outer'] },
    ],
    0.03,
  ),
  body('bound', [{ items: [[0.5, 1]], terms: 2 }], 0.03),
  body('encode', [{ item: [0.5, 1], steps: 2 }], 0.03),
  {
    name: 'server/infer',
    seeds: () => [tensors(false).bytes],
    read: (bytes) => asked('/v2/models/points/infer', bytes),
    share: 0.1,
  },
  {
    name: 'server/infer, raw tensors',
    seeds: () => [tensors(true).bytes],
    read: (bytes) => asked('/v2/models/points/infer', bytes, { [lengthHeader]: String(tensors(true).jsonLength) }),
    share: 0.1,
  },
]
