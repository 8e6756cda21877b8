/** Options of commands that several processes share, and of those that take many inputs. */
import { options, text } from '../options.ts'

export const shardOptions = options({
  shard: {
    flags: '--shard <i/n>',
    help: 'compute the i-th of n parts, beside --out; tweedie merge joins them. auto: as Slurm, MPI or (auto/n) Kubernetes says',
    parse: text,
    group: 'General',
  },
})

export const eachOptions = options({
  missing: {
    flags: '--missing',
    help: 'of a folder of pictures: only those whose answer is not there yet',
    group: 'General',
    conflicts: ['force'],
  },
})
