package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** A process that asks once on each of many connections, and then keeps them. Says so when it has them all. */
final class IdleConnections {

    private IdleConnections() {}

    public static void main(String[] args) throws Exception {
        InetSocketAddress gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        byte[] request = "GET /favicon.svg HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII);
        List<SocketChannel> connections = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            SocketChannel connection = SocketChannel.open(gateway);
            connection.write(ByteBuffer.wrap(request));
            connection.read(ByteBuffer.allocate(4_096));
            connections.add(connection);
        }
        System.out.println(connections.size());
        Thread.currentThread().join();
    }
}
