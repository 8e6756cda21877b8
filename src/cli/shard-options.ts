/** The option of commands that several processes share. */
import { options, text } from '../options.ts'

export const shardOptions = options({
  shard: {
    flags: '--shard <i/n>',
    help: 'compute the i-th of n parts, beside --out; tweedie merge joins them. auto: as Slurm, MPI or (auto/n) Kubernetes says',
    parse: text,
    group: 'General',
  },
})
