import Glibc

/// Which thread this is, as a number that is not 0.
public enum CurrentThread {
    public static var id: UInt { UInt(pthread_self()) }
}
