/** How MPI's libraries name what the standard leaves open: handles are addresses in Open MPI, and whole numbers in MPICH and its kin. */
import { env } from 'node:process'

/** Which of them. */
export type AbiName = 'openmpi' | 'mpich'

/** Values of an ABI. */
export interface Abi {
  readonly name: AbiName
  /** C's type of handles. */
  readonly handle: 'void *' | 'int'
  /** `MPI_IN_PLACE`. */
  readonly inPlace: bigint
  /** Handles: the name of a global whose address it is, or the number itself. */
  readonly world: string | number
  readonly float: string | number
  readonly double: string | number
  readonly sum: string | number
}

export const abis: Readonly<Record<AbiName, Abi>> = Object.freeze({
  openmpi: {
    name: 'openmpi',
    handle: 'void *',
    inPlace: 1n,
    world: 'ompi_mpi_comm_world',
    float: 'ompi_mpi_float',
    double: 'ompi_mpi_double',
    sum: 'ompi_mpi_op_sum',
  },
  mpich: {
    name: 'mpich',
    handle: 'int',
    inPlace: 0xffff_ffff_ffff_ffffn,
    world: 0x4400_0000,
    float: 0x4c00_040a,
    double: 0x4c00_080b,
    sum: 0x5800_0003,
  },
})

/** Files of the libraries, the likely ones first. */
export function libraryNames(): readonly string[] {
  const named = env['TWEEDIE_MPI']
  if (named) return [named]
  const open = ['libmpi.so.40', 'libmpi.so.80']
  const others = ['libmpich.so.12', 'libmpi.so.12']
  const started = env['OMPI_COMM_WORLD_SIZE'] === undefined ? [...others, ...open] : [...open, ...others]
  return [...started, 'libmpi.so', 'libmpi.dylib']
}

/** Whether a launcher (mpirun, mpiexec, srun) started this process as one of several. */
export function isLaunched(): boolean {
  const sizes = ['OMPI_COMM_WORLD_SIZE', 'PMI_SIZE', 'MPI_LOCALNRANKS', 'PMIX_SIZE'].map((name) => Number(env[name]))
  if (sizes.some((size) => size > 1)) return true
  // srun tells how many tasks a step has, for plain programs too: only with a way for MPI to meet are they ranks of one run.
  return env['PMIX_RANK'] !== undefined && Number(env['SLURM_STEP_NUM_TASKS'] ?? 1) > 1
}
