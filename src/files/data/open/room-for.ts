/** Chooses where images go. */
import { type ImageRoom, roomInMemory, type RoomNeeds } from './image-room.ts'
import { storedRoom } from './stored-room.ts'

/** Room for images. @throws TweedieError `data` where there is too little */
export async function roomFor(needs: RoomNeeds): Promise<ImageRoom> {
  const { items, size, depth, options } = needs
  const plane = items * size[0] * size[1] * (depth === 'uchar' ? 1 : 4)
  const sink = await options.storage?.begin({ memory: 4 * plane, disk: (options.channels ?? 1) * plane })
  return sink ? storedRoom(sink, needs) : roomInMemory(needs)
}
