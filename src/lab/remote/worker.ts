/** The worker of the Lab: everything that computes for longer than a moment runs in it. */
import { serveWorker } from '../../app/web/worker/serve-worker.ts'

serveWorker(globalThis as unknown as Parameters<typeof serveWorker>[0])
