/** `tweedie serve` as a process: where it listens, its log, and how it ends. */
import { beforeAll, expect, test } from 'vitest'
import { createClient } from '../../src/client.ts'
import { linesIn } from './support.ts'
import { start, temporaryFolder, tinyPoints, tweedie } from './tweedie.ts'

const folder = temporaryFolder()

beforeAll(async () => {
  expect(await linesIn(folder)(`train ${tinyPoints.join(' ')} --steps 3 -q -o FOLDER/points`)).toMatchObject({
    status: 0,
  })
})

test('SIGTERM: what was begun is answered, and it ends well', async () => {
  const served = start(['serve', `${folder}/points`, '--port', '0', '--threads', '1', '--json'])
  await served.lines(1)
  let url = ''
  const drawn = (async () => {
    // the address is in the first line, which the process has printed
    const { url: found } = JSON.parse(served.printed().split('\n')[0]!) as { readonly url: string }
    url = found
    return createClient(url).draw('points', { count: 2, steps: 3 })
  })()
  expect((await drawn).count).toBe(2)
  served.kill('SIGTERM')
  const { status, stdout } = await served.ended
  expect(status).toBe(0)
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines[0]).toMatchObject({ event: 'listening', models: ['points'] })
  expect(lines[1]).toMatchObject({ event: 'request', method: 'POST', status: 200, items: 2 })
  await expect(createClient(url).models()).rejects.toThrow()
})

test('for other machines a token is needed', async () => {
  const { status, stderr } = await tweedie('serve', `${folder}/points`, '--host', '0.0.0.0', '--port', '0')
  expect(status).toBe(2)
  expect(stderr).toContain('--host 0.0.0.0')
  expect(stderr).toContain('TWEEDIE_TOKEN')
})

test('a folder that is no model, found at the start with --eager', async () => {
  expect(await tweedie('serve', folder, '--port', '0', '--eager')).toMatchObject({ status: 3 })
})
