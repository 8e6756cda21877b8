/** `tweedie submit`: prints what a cluster wants to have, and runs nothing. */
import type { Command } from 'commander'
import { TweedieError } from '../errors.ts'
import { oneOf, options, real, text, whole } from '../options.ts'
import { command, print } from './common.ts'

const places = ['slurm', 'mpijob', 'job', 'kserve'] as const

const submitOptions = options({
  processes: {
    flags: '--processes <n>',
    help: 'processes that train together (default: 1)',
    parse: whole({ max: 10_000 }),
  },
  shards: {
    flags: '--shards <n>',
    help: 'slurm, job: parts in which samples are drawn or a model is judged, and merged',
    parse: whole({ max: 10_000 }),
  },
  cores: { flags: '--cores <n>', help: 'cores of each (default: 4)', parse: whole({ max: 1024 }) },
  memory: { flags: '--memory <MB>', help: 'memory of each (default: 4000)', parse: whole() },
  hours: { flags: '--hours <h>', help: 'the longest it may take (default: 4)', parse: real({ min: 0.01 }) },
  name: { flags: '--name <name>', help: 'name of the job (default: tweedie)', parse: text },
  partition: { flags: '--partition <name>', help: 'slurm: the partition', parse: text },
  account: { flags: '--account <name>', help: 'slurm: the account', parse: text },
  image: { flags: '--image <image>', help: 'mpijob, job: the image that has tweedie', parse: text },
  namespace: { flags: '--namespace <name>', help: 'mpijob, job: the namespace', parse: text },
  volume: {
    flags: '--volume <claim:/path>',
    help: 'mpijob, job: a volume; several times for several',
    parse: text,
    repeated: true,
  },
})

interface SubmitValues {
  readonly processes?: number
  readonly shards?: number
  readonly cores?: number
  readonly memory?: number
  readonly hours?: number
  readonly name?: string
  readonly partition?: string
  readonly account?: string
  readonly image?: string
  readonly namespace?: string
  readonly volume?: readonly string[]
}

/** Options that mean something to one kind of cluster only. */
const own = { slurm: ['partition', 'account'], containers: ['image', 'namespace', 'volume'] } as const

/** The command. */
export function submitCommand(): Command {
  const submit = command('submit', 'print a script or a manifest for a cluster; nothing is run', {
    args: [
      ['<cluster>', `${places.join(', ')}`],
      ['<command...>', 'the command, behind --'],
    ],
    tables: [submitOptions],
    examples: [
      ['tweedie submit slurm --shards 16 -- sample runs/mine -n 50000 -o all.npy > job.sh', 'then: bash job.sh'],
      ['tweedie submit slurm --processes 8 -- train ./photos --out runs/photos > job.sh', 'then: sbatch job.sh'],
      [
        'tweedie submit mpijob --image mine/tweedie --processes 4 --volume data:/data -- train /data/photos --out /data/run',
        'Kubeflow',
      ],
      ['tweedie submit kserve --image mine/tweedie --volume models:/models -- serve /models/mine', 'KServe'],
    ],
  })
  return submit.action(async (typed: string, words: string[], values: SubmitValues) => {
    const place = oneOf(places)(typed)
    const foreign = (place === 'slurm' ? own.containers : own.slurm).find((name) => values[name] !== undefined)
    if (foreign !== undefined) throw new TweedieError('usage', `\`${foreign}\` means nothing to ${place}`)
    const { processes = 1, shards, cores = 4, memory = 4000, hours = 4, name = 'tweedie', volume, ...rest } = values
    const { image, namespace, partition, account } = rest
    const job = { command: words, name, processes, shards, cores, memoryMb: memory, minutes: 60 * hours }
    const whole = { ...job, image, namespace, partition, account, volumes: volume }
    if (shards !== undefined && (place === 'mpijob' || place === 'kserve')) {
      throw new TweedieError('usage', `\`shards\` means nothing to ${place}`, { hint: 'tweedie submit job --shards 8' })
    }
    if (place === 'slurm') {
      const { slurmScript, slurmShards } = await import('../app/submit/slurm.ts')
      return print((shards === undefined ? slurmScript(whole) : slurmShards(whole)).trimEnd())
    }
    const { mpiJob, kubernetesJob, kubernetesShards, inferenceService } = await import('../app/submit/mpi-job.ts')
    const manifests = {
      mpijob: mpiJob,
      kserve: inferenceService,
      job: shards === undefined ? kubernetesJob : kubernetesShards,
    }
    print(manifests[place](whole).trimEnd())
  })
}
