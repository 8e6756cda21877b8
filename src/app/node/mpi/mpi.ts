/** MPI as a collective: the installed library, called through koffi. */
import { env } from 'node:process'
import { loadKoffi, type Koffi } from '../../../engine/runtime/node/koffi.ts'
import { TweedieError } from '../../../errors.ts'
import type { Collective } from '../../../tools/train/collective.ts'
import { type Abi, abis, libraryNames } from './abi.ts'

/** `MPI_THREAD_SERIALIZED`: calls come from several threads, one at a time. */
const serialized = 2

type Library = ReturnType<Koffi['load']>

/**
 * Joins the processes that were started together with this one.
 *
 * @throws TweedieError `device` where there is no library of MPI, or it cannot be used
 */
export async function joinMpi(): Promise<Collective> {
  const koffi = await loadKoffi().catch((cause: unknown) => {
    throw new TweedieError('device', 'MPI needs koffi, which is not installed here', {
      hint: 'npm install koffi',
      cause,
    })
  })
  const { library, abi } = findLibrary(koffi)
  const { handle } = abi
  const call = (name: string, ...parameters: string[]) => {
    const made = library.func(`int ${name}(${parameters.join(', ')})`)
    return (...values: unknown[]): void => {
      const status = made(...values) as number
      if (status !== 0) throw failed(name, status)
    }
  }
  const handleOf = (value: string | number): unknown =>
    typeof value === 'number' ? value : koffi.address(library.symbol(value, 'void *'))
  const world = handleOf(abi.world)
  const [sumOf, float, double] = [abi.sum, abi.float, abi.double].map(handleOf)

  const provided = [0]
  call('MPI_Init_thread', 'void *', 'void *', 'int', '_Out_ int *')(null, null, serialized, provided)
  if (provided[0]! < serialized) {
    throw new TweedieError('device', 'this MPI was built without threads (MPI_THREAD_SERIALIZED)')
  }
  const number = (name: string): number => {
    const found = [0]
    call(name, handle, '_Out_ int *')(world, found)
    return found[0]!
  }
  const [rank, count] = [number('MPI_Comm_rank'), number('MPI_Comm_size')]
  const allReduce = library.func(`int MPI_Allreduce(void *, void *, int, ${handle}, ${handle}, ${handle})`)
  const finalize = call('MPI_Finalize')
  const abort = library.func(`int MPI_Abort(${handle}, int)`)
  let closed = false
  return {
    name: `MPI: ${abi.name}`,
    rank,
    count,
    local: localOf(count),
    sum: (values) =>
      new Promise<void>((resolve, reject) => {
        const type = values instanceof Float32Array ? float : double
        const done = (error: Error | null, status: number): void => {
          if (error !== null || status !== 0) reject(error ?? failed('MPI_Allreduce', status))
          else resolve()
        }
        allReduce.async(abi.inPlace, values, values.length, type, sumOf, world, done)
      }),
    abort(status) {
      // after taking leave there is nobody to end, and the library must not be called any more
      if (!closed) abort(world, status)
    },
    async close() {
      if (closed) return
      closed = true
      finalize()
    },
  }
}

/** How many processes share this machine, as launchers say; all where they do not. */
function localOf(count: number): number {
  const said = ['OMPI_COMM_WORLD_LOCAL_SIZE', 'MPI_LOCALNRANKS', 'SLURM_NTASKS_PER_NODE']
    .map((name) => Number.parseInt(env[name] ?? '', 10))
    .find((value) => value >= 1)
  return said ?? count
}

function findLibrary(koffi: Koffi): { readonly library: Library; readonly abi: Abi } {
  quietHooks()
  const tried: string[] = []
  for (const name of libraryNames()) {
    try {
      // Open MPI's plugins look for its symbols among the global ones
      const library = koffi.load(name, { global: true })
      return { library, abi: has(library, 'ompi_mpi_comm_world') ? abis.openmpi : abis.mpich }
    } catch {
      tried.push(name)
    }
  }
  throw new TweedieError(
    'device',
    `this process is one of several, and no library of MPI was found (${tried.join(', ')})`,
    {
      hint: 'install Open MPI or MPICH, or name its library in TWEEDIE_MPI',
    },
  )
}

/**
 * UCX, which MPICH may stand on, is told to leave memory alone: by default it writes over the first instructions of `mmap`, `munmap` and others as it starts, which is not
 * safe where other threads run them, and Node has several. It then registers memory for a network card anew with each message. `UCX_MEM_EVENTS=yes` decides otherwise.
 */
function quietHooks(): void {
  env['UCX_MEM_EVENTS'] ??= 'no'
}

function has(library: Library, symbol: string): boolean {
  try {
    library.symbol(symbol, 'void *')
    return true
  } catch {
    return false
  }
}

function failed(name: string, status: number): TweedieError {
  return new TweedieError('device', `${name} failed with ${status}`)
}
