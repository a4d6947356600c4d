package dev.retort.examples;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The 10,000 test images of Fashion-MNIST (Xiao, Rasul and Vollgraf, arXiv 1708.07747; MIT licence, beside the data): 28 x
 * 28 grey values of ten classes of clothing.
 */
final class FashionMnist {

    private static final int IMAGES_MAGIC = 0x803;
    private static final int LABELS_MAGIC = 0x801;

    private final INDArray images;
    private final int[] classes;

    private FashionMnist(INDArray images, int[] classes) {
        this.images = images;
        this.classes = classes;
    }

    static FashionMnist load() throws IOException {
        return new FashionMnist(images("t10k-images-idx3-ubyte.gz"), classes("t10k-labels-idx1-ubyte.gz"));
    }

    /** One image per row, shape [10000, 784], grey values from 0 to 1. */
    INDArray images() {
        return images;
    }

    /** The class of each image, from 0 to 9. */
    int[] classes() {
        return classes.clone();
    }

    /** Labels +1 for the given classes and −1 for the others. */
    INDArray against(int... positives) {
        double[] labels = new double[classes.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = -1;
            for (int positive : positives) {
                if (classes[i] == positive) {
                    labels[i] = 1;
                }
            }
        }
        return Nd4j.createFromArray(labels);
    }

    private static INDArray images(String name) throws IOException {
        try (DataInputStream in = open(name, IMAGES_MAGIC)) {
            int count = in.readInt();
            int pixels = in.readInt() * in.readInt();
            byte[] grey = in.readNBytes(count * pixels);
            double[] values = new double[grey.length];
            for (int k = 0; k < grey.length; k++) {
                values[k] = (grey[k] & 0xff) / 255.0;
            }
            return Nd4j.create(values, new long[] {count, pixels}, 'c');
        }
    }

    private static int[] classes(String name) throws IOException {
        try (DataInputStream in = open(name, LABELS_MAGIC)) {
            int[] classes = new int[in.readInt()];
            for (int i = 0; i < classes.length; i++) {
                classes[i] = in.readUnsignedByte();
            }
            return classes;
        }
    }

    private static DataInputStream open(String name, int magic) throws IOException {
        InputStream resource = FashionMnist.class.getResourceAsStream("fashion-mnist/" + name);
        if (resource == null) {
            throw new IOException("No resource fashion-mnist/" + name);
        }
        DataInputStream in = new DataInputStream(new GZIPInputStream(resource));
        int found = in.readInt();
        if (found != magic) {
            in.close();
            throw new IOException(name + " begins with " + found + " and not with " + magic);
        }
        return in;
    }
}
