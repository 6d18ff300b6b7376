local head = redis.call('GETRANGE', MAP, 0, 71)
