// Sends one confirm_booking command and prints its outcome: node book.js <broker> <show> <seat> <user_id> <request_id>
const { Kafka, Partitioners, logLevel } = require('kafkajs')

const [broker, show_id, seat, user_id, request_id] = process.argv.slice(2)
const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.ERROR })

async function main() {
    const consumer = kafka.consumer({ groupId: `book-${request_id}` })
    await consumer.connect()
    await consumer.subscribe({ topic: 'booking.outcomes', fromBeginning: true })
    const outcome = new Promise((resolve) =>
        consumer.run({
            eachMessage: async ({ message }) => {
                const value = JSON.parse(message.value.toString())
                if (value.request_id === request_id) resolve(value)
            },
        }),
    )

    const producer = kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner })
    await producer.connect()
    const command = {
        version: 1,
        type: 'confirm_booking',
        request_id,
        show_id,
        seat_ids: [seat],
        user_id,
        submitted_at: new Date().toISOString(),
    }
    await producer.send({
        topic: 'booking.commands',
        acks: -1,
        messages: [{ key: show_id, value: JSON.stringify(command) }],
    })
    console.log(JSON.stringify(await outcome))
    await producer.disconnect()
    await consumer.disconnect()
}

main().catch((error) => {
    console.error(error)
    process.exit(1)
})
