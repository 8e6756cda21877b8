/** Scripts and manifests for clusters: what they say, and what is refused. */
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import type { Job } from '../../../src/app/submit/job.ts'
import { inferenceService, kubernetesJob, kubernetesShards, mpiJob } from '../../../src/app/submit/mpi-job.ts'
import { slurmScript, slurmShards } from '../../../src/app/submit/slurm.ts'

const job: Job = {
  command: ['train', "./my photos' folder", '--out', 'runs/a'],
  name: 'photos',
  processes: 4,
  cores: 2,
  memoryMb: 3000,
  minutes: 90.5,
  image: 'mine/tweedie',
  volumes: ['data:/data', 'runs:/runs'],
}

/** What a shell makes of a script whose commands only say what they were given. */
function said(script: string, status = 0) {
  const stubs = `srun() { printf '%s|' "$@"; echo; return ${status}; }; scontrol() { echo "scontrol $*"; }; SLURM_JOB_ID=7;`
  const { stdout, status: ended } = spawnSync('bash', ['-c', `${stubs}\n${script}`], { encoding: 'utf8' })
  return { lines: stdout.trim().split('\n'), ended }
}

describe('slurm', () => {
  test('asks for what the job needs', () => {
    const lines = slurmScript({ ...job, partition: 'long' }).split('\n')
    expect(lines.filter((line) => line.startsWith('#SBATCH'))).toEqual([
      '#SBATCH --job-name=photos',
      '#SBATCH --ntasks=4',
      '#SBATCH --cpus-per-task=2',
      '#SBATCH --mem-per-cpu=1500M',
      '#SBATCH --time=01:30:30',
      '#SBATCH --partition=long',
      '#SBATCH --output=photos-%j.log',
      '#SBATCH --signal=TERM@120',
      '#SBATCH --requeue',
    ])
  })

  test('runs the command, word for word; a stopped one comes again', () => {
    const done = said(slurmScript(job))
    expect(done.lines).toEqual(["--mpi=pmix|npx|tweedie|train|./my photos' folder|--out|runs/a|--threads|2|"])
    expect(done.ended).toBe(0)
    const stopped = said(slurmScript(job), 143)
    expect(stopped.lines[1]).toBe('scontrol requeue 7')
    expect(stopped.ended).toBe(143)
    expect(said(slurmScript(job), 3)).toMatchObject({ ended: 3, lines: [expect.any(String)] })
  })
})

const drawing: Job = { ...job, command: ['sample', 'runs/a', '-o', 'my all.npy'], processes: 1, shards: 3 }

describe('shards', () => {
  test('on Slurm are an array, and a merge that depends on it', () => {
    const sbatch = `sbatch() { if [ "$1" = --parsable ]; then cat > "$OUT/array"; echo '42;cluster'; else echo "$1"; cat; fi; }`
    const run = `OUT=$(mktemp -d); ${sbatch}; ${slurmShards(drawing)}\ncat "$OUT/array"; rm -r "$OUT"`
    const { stdout, status } = spawnSync('bash', ['-c', run], { encoding: 'utf8' })
    expect(status).toBe(0)
    const [merge, array] = stdout.split(/(?=#!\/bin\/bash)/).slice(1) as [string, string]
    expect(stdout).toMatch(/^--dependency=afterok:42$/m)
    expect(array).toContain('#SBATCH --array=1-3\n')
    expect(said(`SLURM_ARRAY_TASK_ID=2\n${array}`).lines).toEqual([
      'npx|tweedie|sample|runs/a|-o|my all.npy|--threads|2|--shard|2/3|',
    ])
    expect(said(merge).lines).toEqual(['npx|tweedie|merge|my all.npy.shards|--threads|2|'])
  })

  test('on Kubernetes are an Indexed Job, and a Job that waits', () => {
    const [shards, merge] = parseAllDocuments(kubernetesShards(drawing)).map(
      (each) => each.toJS() as Record<string, never>,
    )
    const commandOf = ({ spec }: Record<string, never>): string[] =>
      (spec as unknown as { template: { spec: { containers: [{ command: string[] }] } } }).template.spec.containers[0]
        .command
    expect(shards).toMatchObject({
      kind: 'Job',
      spec: { completionMode: 'Indexed', completions: 3, parallelism: 3, backoffLimit: 9 },
    })
    expect(commandOf(shards!).slice(-4)).toEqual(['--shard', 'auto/3', '--threads', '2'])
    expect(merge).toMatchObject({ metadata: { name: 'photos-merge' } })
    expect(commandOf(merge!).slice(0, 5)).toEqual(['tweedie', 'merge', 'my all.npy.shards', '--wait', '91'])
  })

  test.each([
    ['training', { command: ['train', 'moons', '--out', 'a'] }, 'train is not computed in shards'],
    ['no result', { command: ['sample', 'a'] }, 'no --out'],
    ['its own shard', { command: ['eval', 'a', '-o', 'b', '--shard', '1/2'] }, 'leave `--shard` out'],
    ['several processes', { processes: 2 }, 'is one process'],
  ] as [string, Partial<Job>, string][])('%s is refused', (_, change, message) => {
    expect(() => slurmShards({ ...drawing, ...change })).toThrow(message)
  })
})

describe('containers', () => {
  test('an MPIJob has a launcher and a worker for every process', () => {
    const { kind, spec, metadata } = parse(mpiJob(job)) as Record<string, never>
    expect([kind, metadata]).toMatchObject(['MPIJob', { name: 'photos' }])
    expect(spec).toMatchObject({
      slotsPerWorker: 1,
      runPolicy: { activeDeadlineSeconds: 5430 },
      mpiReplicaSpecs: {
        Launcher: {
          template: {
            spec: {
              containers: [
                { command: ['mpirun', '-n', '4', '--bind-to', 'none', 'tweedie', ...job.command, '--threads', '2'] },
              ],
            },
          },
        },
        Worker: {
          replicas: 4,
          template: {
            spec: {
              containers: [
                {
                  image: 'mine/tweedie',
                  resources: { limits: { cpu: '2', memory: '3000Mi' } },
                  volumeMounts: [
                    { name: 'data-0', mountPath: '/data' },
                    { name: 'data-1', mountPath: '/runs' },
                  ],
                },
              ],
              volumes: [
                { name: 'data-0', persistentVolumeClaim: { claimName: 'data' } },
                { name: 'data-1', persistentVolumeClaim: { claimName: 'runs' } },
              ],
            },
          },
        },
      },
    })
  })

  test('a Job is one process', () => {
    const { kind, spec } = parse(kubernetesJob({ ...job, processes: 1, volumes: [] })) as Record<string, never>
    expect(kind).toBe('Job')
    expect(spec).toMatchObject({
      template: { spec: { restartPolicy: 'Never', containers: [{ image: 'mine/tweedie' }] } },
    })
  })
})

test('a service of KServe is the server, and says when it is ready', () => {
  const served = {
    ...job,
    name: 'digits',
    processes: 1,
    command: ['serve', '/models/digits'],
    volumes: ['models:/models'],
  }
  const { apiVersion, kind, spec } = parse(inferenceService(served)) as Record<string, never>
  expect([apiVersion, kind]).toEqual(['serving.kserve.io/v1beta1', 'InferenceService'])
  expect(spec).toMatchObject({
    predictor: {
      containers: [
        {
          name: 'kserve-container',
          command: expect.arrayContaining(['serve', '/models/digits', '--port', '8080']) as string[],
          ports: [{ containerPort: 8080 }],
          readinessProbe: { httpGet: { path: '/v2/health/ready', port: 8080 } },
          env: [{ name: 'TWEEDIE_TOKEN', valueFrom: { secretKeyRef: { name: 'digits', key: 'token' } } }],
        },
      ],
      volumes: [{ persistentVolumeClaim: { claimName: 'models' } }],
    },
  })
  expect(() => inferenceService(job)).toThrow('a service is `serve`')
})

test.each([
  ['no command', { command: [] }, 'what is to run'],
  ['several processes that draw', { command: ['sample', 'runs/a'] }, 'sample is one process'],
  ['no folder', { command: ['train', 'moons'] }, 'no --out'],
  ['a name', { name: 'My Job' }, '`name` is My Job'],
] as [string, Partial<Job>, string][])('%s is refused', (_, change, message) => {
  expect(() => slurmScript({ ...job, ...change })).toThrow(message)
})

test('without an image, or with a volume that is none, there is no manifest', () => {
  expect(() => mpiJob({ ...job, image: undefined })).toThrow('which image')
  expect(() => mpiJob({ ...job, volumes: ['data'] })).toThrow('`volume: data` is not claim:/path')
  expect(() => kubernetesJob(job)).toThrow('a Job is one process')
})
