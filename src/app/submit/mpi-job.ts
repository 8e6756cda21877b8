/**
 * Kubeflow's `MPIJob` (v2beta1) and Kubernetes' `Job`, as YAML. What is Kubernetes' own has the types of its published schema; a field that it
 * does not know is no code that compiles.
 */
import type { Job as KubernetesJob, JobSpec } from 'kubernetes-types/batch/v1.d.ts'
import type { Container, PodSpec, PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts'
import type { ObjectMeta } from 'kubernetes-types/meta/v1.d.ts'
import { stringify } from 'yaml'
import { TweedieError } from '../../errors.ts'
import { checkJob, type Job, outOf } from './job.ts'

/** What is used of an MPIJob: https://github.com/kubeflow/mpi-operator, `kubeflow.org_mpijobs.yaml`. */
interface MpiJob {
  readonly apiVersion: 'kubeflow.org/v2beta1'
  readonly kind: 'MPIJob'
  readonly metadata: ObjectMeta
  readonly spec: {
    readonly slotsPerWorker: number
    readonly mpiImplementation: 'OpenMPI' | 'Intel' | 'MPICH'
    readonly runPolicy: {
      readonly cleanPodPolicy: 'None' | 'Running' | 'All'
      readonly activeDeadlineSeconds: number
    }
    readonly mpiReplicaSpecs: Readonly<
      Record<'Launcher' | 'Worker', { readonly replicas: number; readonly template: PodTemplateSpec }>
    >
  }
}

/**
 * An MPIJob: a launcher that runs `mpirun`, and a worker for every process. The image must have tweedie, Open MPI and an SSH server.
 *
 * @throws TweedieError `usage` for a job that makes no sense, or has no image
 */
export function mpiJob(job: Job): string {
  checkJob(job)
  const { processes, cores, minutes, command } = job
  const mpirun = [
    'mpirun',
    '-n',
    String(processes),
    '--bind-to',
    'none',
    'tweedie',
    ...command,
    '--threads',
    String(cores),
  ]
  return stringify({
    apiVersion: 'kubeflow.org/v2beta1',
    kind: 'MPIJob',
    metadata: metadataOf(job),
    spec: {
      slotsPerWorker: 1,
      mpiImplementation: 'OpenMPI',
      runPolicy: { cleanPodPolicy: 'Running', activeDeadlineSeconds: Math.round(60 * minutes) },
      mpiReplicaSpecs: {
        Launcher: { replicas: 1, template: { spec: podOf(job, mpirun, { cpu: '100m', memory: '256Mi' }) } },
        Worker: { replicas: processes, template: { spec: podOf(job, ['/usr/sbin/sshd', '-De']) } },
      },
    },
  } satisfies MpiJob)
}

/**
 * KServe's InferenceService (v1beta1): `tweedie serve` as a predictor, which speaks the Open Inference Protocol. Its token is the key `token` of
 * a secret of the service's name.
 *
 * @throws TweedieError `usage` for another command, or one that has no image
 */
export function inferenceService(job: Job): string {
  const { command, name, cores } = job
  if (command[0] !== 'serve') {
    throw new TweedieError('usage', `a service is \`serve\`, and not ${command[0] ?? 'nothing'}`, {
      hint: 'tweedie submit kserve --image IMAGE --volume models:/models -- serve /models/digits',
    })
  }
  checkJob(job)
  const port = 8080
  const where = ['--host', '0.0.0.0', '--port', String(port), '--threads', String(cores)]
  const pod = podOf({ ...job, name: 'kserve-container' }, ['tweedie', ...command, ...where])
  const [container] = pod.containers
  const served: Container = {
    ...container!,
    ports: [{ containerPort: port, protocol: 'TCP' }],
    env: [{ name: 'TWEEDIE_TOKEN', valueFrom: { secretKeyRef: { name, key: 'token' } } }],
    readinessProbe: { httpGet: { path: '/v2/health/ready', port } },
  }
  return stringify({
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: metadataOf(job),
    spec: { predictor: { ...pod, containers: [served] } },
  })
}

/**
 * A Job of one process.
 *
 * @throws TweedieError `usage` for a job of several processes, or one that has no image
 */
export function kubernetesJob(job: Job): string {
  checkJob(job)
  if (job.processes > 1) {
    throw new TweedieError('usage', `\`processes: ${job.processes}\`: a Job is one process`, { hint: 'submit mpijob' })
  }
  const { command, cores, minutes } = job
  return stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(job),
    spec: {
      backoffLimit: 3,
      activeDeadlineSeconds: Math.round(60 * minutes),
      template: {
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 120,
          ...podOf(job, ['tweedie', ...command, '--threads', String(cores)]),
        },
      },
    },
  } satisfies KubernetesJob)
}

/**
 * An Indexed Job of the shards, and a Job that waits for all of them and merges. The volumes must be ones that all pods see.
 *
 * @throws TweedieError `usage` for a job that makes no sense, or has no image
 */
export function kubernetesShards(job: Job): string {
  checkJob(job)
  const { command, cores, minutes, name, shards = 1 } = job
  const seconds = Math.round(60 * minutes)
  const jobOf = (metadata: ObjectMeta, spec: Omit<JobSpec, 'template'>, words: readonly string[]): string =>
    stringify({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: {
        ...spec,
        template: {
          spec: { restartPolicy: 'Never', ...podOf(job, ['tweedie', ...words, '--threads', String(cores)]) },
        },
      },
    } satisfies KubernetesJob)
  const wait = String(Math.ceil(minutes))
  return [
    jobOf(
      metadataOf(job),
      {
        completionMode: 'Indexed',
        completions: shards,
        parallelism: shards,
        backoffLimit: 3 * shards,
        activeDeadlineSeconds: seconds,
      },
      [...command, '--shard', `auto/${shards}`],
    ),
    jobOf(metadataOf({ ...job, name: `${name}-merge` }), { backoffLimit: 3, activeDeadlineSeconds: 2 * seconds }, [
      'merge',
      `${outOf(command)}.shards`,
      '--wait',
      wait,
    ]),
  ].join('---\n')
}

function metadataOf({ name, namespace }: Job): ObjectMeta {
  return { name, ...(namespace !== undefined && { namespace }), labels: { 'app.kubernetes.io/name': 'tweedie' } }
}

function podOf(job: Job, command: readonly string[], less?: Record<string, string>): PodSpec {
  const { name, image, cores, memoryMb, volumes = [] } = job
  if (image === undefined) {
    throw new TweedieError('usage', 'which image has tweedie in it?', { hint: '`image`, built from the Dockerfile' })
  }
  const mounts = volumes.map((volume, i) => {
    const [, claim, path] = /^([a-z0-9-]+):(\/.+)$/.exec(volume) ?? []
    if (claim !== undefined) return { name: `data-${i}`, claim, path: path! }
    throw new TweedieError('usage', `\`volume: ${volume}\` is not claim:/path`)
  })
  const resources = less ?? { cpu: String(cores), memory: `${memoryMb}Mi` }
  return {
    containers: [
      {
        name,
        image,
        command: [...command],
        resources: { requests: resources, limits: resources },
        ...(mounts.length > 0 && { volumeMounts: mounts.map(({ name, path }) => ({ name, mountPath: path })) }),
      },
    ],
    ...(mounts.length > 0 && {
      volumes: mounts.map(({ name, claim }) => ({ name, persistentVolumeClaim: { claimName: claim } })),
    }),
  }
}
