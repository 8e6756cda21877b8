/** One process to a place: a process that was killed, and that its parent has not waited for, holds nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { liveHolder, takeLock } from '../../../src/files/data/node/process-lock.ts'
import { temporaryFolder } from '../../cli/tweedie.ts'

const path = join(temporaryFolder(), '.lock')
const holder = (pid: number) => JSON.stringify({ pid, host: hostname(), started: null })

test.skipIf(process.platform !== 'linux')('a zombie holds no place', async () => {
  // The shell becomes a program that never asks how its child ended. The child ends only after that:
  // a shell that is still a shell would ask.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [said] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(said.toString())
  await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n')
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) Z /)
  writeFileSync(path, holder(pid))
  expect(liveHolder(path)).toBeUndefined()
  using lock = takeLock(path)
  expect(lock).toBeDefined()
  parent.kill()
})

test('a process that is there does', () => {
  writeFileSync(path, holder(process.pid))
  expect(liveHolder(path)).toMatchObject({ pid: process.pid })
})
